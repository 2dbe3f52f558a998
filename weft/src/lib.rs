//! Weft: a free-threaded Python VM. This crate is the command and the embedding API.
//!
//! ```no_run
//! let vm = weft::Vm::builder().build()?;
//! vm.exec("print(sum(range(10)))").map_err(|e| e.to_string())?;
//! std::process::exit(vm.finish(Ok(())));
//! # #[allow(unreachable_code)] Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(missing_docs)]

pub mod cli;
mod embed;
pub mod exit;
pub mod panic;
pub mod run;

pub use embed::{BuildError, Builder, PyError, Vm};
pub use vm_python::Config;
