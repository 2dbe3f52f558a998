//! Objects: layouts of heap cells and the operations that belong to one layout.

pub mod bytes;
pub mod class;
pub mod code;
pub mod dict;
pub mod exception;
pub mod frame;
pub mod function;
pub mod gc;
pub mod int;
pub mod items;
pub mod iter;
pub mod kind;
pub mod module;
pub mod range;
pub mod raw;
pub mod sequence;
pub mod set;
pub mod shape;
pub mod slice;
pub mod str;
