//! Fair liveness against an oracle that enumerates, against the mistakes that others made, and against the clock.

mod mistakes;
mod model;
mod naive;
mod random;
mod shapes;
