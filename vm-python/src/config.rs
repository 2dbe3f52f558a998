//! Options that the language must know.

/// Options of one interpreter, from the command line and the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// `-X tlbc`: per-thread copies of bytecode, and specialization.
    pub tlbc: bool,
    /// `-O` level.
    pub optimize: u8,
    /// `PYTHONHASHSEED`; `None` = random.
    pub hash_seed: Option<u32>,
    /// First recursion limit.
    pub recursion_limit: u32,
    /// Address space of a thread's VM stack, in bytes.
    pub vm_stack_bytes: usize,
    /// `sys.argv`
    pub argv: Vec<String>,
    /// `sys.orig_argv`
    pub orig_argv: Vec<String>,
    /// Directory of the pure-Python standard library: the last entry of `sys.path`.
    pub stdlib: Option<String>,
    /// First entries of `sys.path`.
    pub path: Vec<String>,
    /// `sys.executable`
    pub executable: String,
    /// `-X name[=value]` options, for `sys._xoptions`.
    pub xoptions: Vec<(String, Option<String>)>,
    /// `-u`: unbuffered output.
    pub unbuffered: bool,
    /// `-i`
    pub inspect: bool,
    /// `-v` count.
    pub verbose: u8,
    /// `-X importtime`
    pub import_time: bool,
    /// `-X int_max_str_digits`
    pub int_max_str_digits: usize,
    /// `-I`
    pub isolated: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// `-q`
    pub quiet: bool,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// `-s`
    pub no_user_site: bool,
    /// `-S`
    pub no_site: bool,
    /// `-P`
    pub safe_path: bool,
    /// `-b` count.
    pub bytes_warning: u8,
    /// `-X dev`
    pub dev_mode: bool,
    /// `-W` options.
    pub warn_options: Vec<String>,
    /// `-X stats`: count executed opcodes.
    pub count_opcodes: bool,
    /// `-X stats` and `-X contention`: watch shared writes.
    pub watch: crate::contention::Watch,
    /// `-X faults`: what may happen rarely happens often.
    pub faults: Option<FaultConfig>,
    /// Heap options.
    pub heap: vm_heap::HeapConfig,
}

/// Which faults are injected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FaultConfig {
    /// Where the threads' streams of faults begin.
    pub seed: u64,
    /// Also births of threads and copies of bytecode fail for want of memory.
    pub allocation: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            tlbc: true,
            optimize: 0,
            hash_seed: None,
            recursion_limit: 1000,
            vm_stack_bytes: 256 << 20,
            argv: vec![String::new()],
            orig_argv: Vec::new(),
            stdlib: None,
            path: Vec::new(),
            executable: String::new(),
            xoptions: Vec::new(),
            unbuffered: false,
            inspect: false,
            verbose: 0,
            import_time: false,
            int_max_str_digits: 4300,
            isolated: false,
            ignore_environment: false,
            quiet: false,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            safe_path: false,
            bytes_warning: 0,
            dev_mode: false,
            warn_options: Vec::new(),
            count_opcodes: false,
            watch: crate::contention::Watch::Off,
            faults: None,
            heap: vm_heap::HeapConfig::default(),
        }
    }
}
