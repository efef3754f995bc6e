<<<<<<< HEAD
//! What was found, in the forms that people and programs read: one output a file. Decides nothing, prints nothing.

pub mod json;
pub mod matrix;
=======
//! What people see: one output per file. Decides nothing.

pub mod lanes;
pub mod step;
pub mod structs;
>>>>>>> actors
