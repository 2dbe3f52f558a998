//! Operations on objects of any class: each looks for a fast path, then for the class's slot.

pub mod attr;
pub mod call;
pub mod convert;
pub mod dunder;
pub mod iter;
pub mod operator;
pub mod subscript;
