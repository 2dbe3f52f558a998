//! Objects: layouts of heap cells and the operations that belong to one layout.

pub mod class;
pub mod code;
pub mod dict;
pub mod exception;
pub mod frame;
pub mod function;
pub mod gc;
pub mod items;
pub mod kind;
pub mod module;
pub mod sequence;
pub mod shape;
pub mod str;
