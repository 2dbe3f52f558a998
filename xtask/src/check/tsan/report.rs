//! Reads what ThreadSanitizer wrote.

use std::path::Path;

/// Frames shown of each stack: the first ones that are ours.
const FRAMES: usize = 6;

/// The options of a run: reports go to files that begin with `log`, and the program's own exit code stays.
pub fn options(log: &Path) -> String {
    // Without the sleep at the end of each process, and with threads after a fork, which are ours to allow.
    format!("exitcode=0 atexit_sleep_ms=0 die_after_fork=0 history_size=4 log_path='{}'", log.display())
}

/// All reports of one run, its children's too: the files `log.PID`. Each is condensed.
///
/// # Errors
/// When the folder cannot be read.
pub fn collect(log: &Path) -> Result<Vec<String>, String> {
    let folder = log.parent().ok_or("a log has a folder")?;
    let prefix = log.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".";
    let mut reports = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.strip_prefix(&prefix).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit())) {
            let text = std::fs::read(entry.path()).map_err(|e| e.to_string())?;
            reports.extend(split(&String::from_utf8_lossy(&text)));
        }
    }
    Ok(reports)
}

/// The reports in one file, condensed.
fn split(text: &str) -> Vec<String> {
    let parts = text.split("==================").map(str::trim);
    parts.filter(|part| part.contains("ThreadSanitizer: ")).map(condense).collect()
}

/// A report without what nobody reads: a heading and a few frames per stack, those of the standard library left out.
fn condense(report: &str) -> String {
    let mut text = String::new();
    let mut shown = 0;
    for line in report.lines() {
        let line = line.trim_end();
        let frame = line.trim_start();
        if !frame.starts_with('#') {
            shown = 0;
            if !line.is_empty() {
                text.push_str(line);
                text.push('\n');
            }
            continue;
        }
        // `#3 function /path/file.rs:12:3 (weft+0x1) (BuildId: …)`
        let frame = frame.split(" (BuildId").next().unwrap_or(frame);
        if shown < FRAMES && !frame.contains("/rustc/") {
            shown += 1;
            let ours = crate::workspace::root().display().to_string() + "/";
            text.push_str("    ");
            text.push_str(&frame.replace(&ours, ""));
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "==================
WARNING: ThreadSanitizer: data race (pid=1)
  Write of size 8 at 0x1 by thread T1:
    #0 write /rustc/x/library/core/src/ptr/mod.rs:1:1 (weft+0x1) (BuildId: d)
    #1 put src/a.rs:7:3 (weft+0x2) (BuildId: d)

  Previous read of size 8 at 0x1 by main thread:
    #0 get src/a.rs:9:3 (weft+0x3)

SUMMARY: ThreadSanitizer: data race src/a.rs:7:3 in put
==================
";

    #[test]
    fn counts_reports_and_keeps_the_frames_that_say_something() {
        let reports = split(&LOG.repeat(2));
        assert_eq!(reports.len(), 2);
        assert!(reports[0].contains("#1 put src/a.rs:7:3 (weft+0x2)\n") && reports[0].contains("SUMMARY"));
        assert!(!reports[0].contains("/rustc/"), "{}", reports[0]);
        assert!(split("ThreadSanitizer was here\n").is_empty());
    }

    #[test]
    fn a_run_s_files_are_its_own() {
        let folder = std::env::temp_dir().join(format!("weft-tsan-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temp dir");
        for name in ["t3.a.17", "t3.a.18", "t3.a.b.19", "t3.ab.20"] {
            std::fs::write(folder.join(name), LOG).expect("write");
        }
        assert_eq!(collect(&folder.join("t3.a")).map(|r| r.len()), Ok(2));
        std::fs::remove_dir_all(&folder).expect("remove");
    }
}
