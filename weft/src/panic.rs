//! Panics: a bug of the VM. The process prints what is known and aborts; nothing is unwound.

use std::sync::{Arc, Weak};

use vm_python::vm::Interp;

/// Installs the hook. `interp` may be dead when it runs; `args` is the command line, for the replay line.
pub fn install(interp: &Arc<Interp>, args: &[std::ffi::OsString]) {
    let interp = Arc::downgrade(interp);
    let replay: Vec<String> = args.iter().map(|a| quoted(&a.to_string_lossy())).collect();
    let seed = interp.upgrade().and_then(|i| i.config.hash_seed);
    let seed = seed.map_or_else(String::new, |s| format!("PYTHONHASHSEED={s} "));
    let replay = format!("{seed}{}", replay.join(" "));
    std::panic::set_hook(Box::new(move |info| report(&info.to_string(), &interp, &replay)));
}

#[expect(clippy::print_stderr, reason = "the process is about to abort; there is no VM stream to trust")]
fn report(what: &str, interp: &Weak<Interp>, replay: &str) {
    eprintln!("Fatal Python error: weft panicked; this is a bug\n{what}");
    if let Some(interp) = interp.upgrade() {
        for line in vm_python::threads::stack_of_this_thread(&interp) {
            eprintln!("{line}");
        }
    }
    eprintln!("replay: {replay}");
    std::process::abort();
}

fn quoted(s: &str) -> String {
    let plain = !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c));
    if plain { s.to_owned() } else { format!("'{}'", s.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_replay_line_can_be_pasted() {
        assert_eq!(super::quoted("a.py"), "a.py");
        assert_eq!(super::quoted("print('x')"), "'print('\\''x'\\'')'");
        assert_eq!(super::quoted(""), "''");
    }
}
