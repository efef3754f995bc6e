//! What a program's state graph satisfies: one technique per module.

pub mod cycles;
