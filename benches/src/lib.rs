//! Benchmarks.
//!
//! `standin/` holds the Python half of `cargo xtask bench programs`: a stand-in for pyperf, and the driver that runs
//! unmodified pyperformance programs in one or several threads. Micro-benchmarks of a crate live in that crate's
//! own `benches/` folder.
