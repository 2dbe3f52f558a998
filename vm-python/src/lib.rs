//! The Python language: values, objects, interpreter, builtins.
//!
//! * [`value`]: the 64-bit word. [`object`]: layouts of heap cells. [`types`]: the builtin classes and how a table
//!   becomes a class. [`builtins`]: one module per builtin class, and the builtin functions.
//! * [`ops`]: operations on objects of any class. [`interp`]: frames, the dispatch loop, specialization.
//! * [`vm`]: the VM as a running thread sees it. [`trace`]: what the collector must know.
//! * [`modules`]: the modules that cannot be written outside: `sys`, `gc`, `_thread`, imports.
#![warn(missing_docs)]

pub mod bootstrap;
pub mod builtins;
pub mod config;
pub mod contention;
pub mod error;
mod faults;
mod fork;
pub mod hash;
pub mod intern;
pub mod interp;
pub mod modules;
pub mod monitor;
pub mod names;
pub mod native;
pub mod object;
pub mod ops;
pub mod process;
pub mod report;
pub mod signals;
pub mod stack;
pub mod stacks;
pub mod stats;
pub mod threads;
pub mod trace;
pub mod tracing;
pub mod types;
pub mod value;
pub mod vm;

pub use config::Config;
pub use error::{PyResult, Thrown};
pub use object::gc::Gc;
pub use value::Value;
pub use vm::Vm;
