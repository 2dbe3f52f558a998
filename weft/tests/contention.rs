//! `-X stats` and `-X contention`: shared writes are counted, and the report names objects and lines.

use std::process::Command;

/// Two threads, one after the other, append to one list and take one lock; each has a list of its own.
const PROGRAM: &str = "
import threading
items = []
lock = threading.Lock()
def work():
    own = []
    for i in range(100):
        items.append(i)
        own.append(i)
        with lock:
            pass
for _ in range(2):
    t = threading.Thread(target=work)
    t.start()
    t.join()
";

fn run(option: &str, name: &str) -> (String, String) {
    let file = std::env::temp_dir().join(format!("weft-{name}-{}", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(["-X", &format!("{option}={}", file.display()), "-c", PROGRAM])
        .output()
        .expect("the command starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let text = std::fs::read_to_string(&file).expect("the option writes its file");
    std::fs::remove_file(&file).expect("the file is ours");
    (text, stderr)
}

fn number(stats: &str, key: &str) -> u64 {
    let line = stats.lines().find(|line| line.contains(&format!("\"{key}\":")));
    let line = line.unwrap_or_else(|| panic!("{key} is missing in {stats}"));
    line.rsplit(' ').next().and_then(|n| n.trim_end_matches(',').parse().ok()).expect("a number")
}

#[test]
fn stats_count_locks_by_kind_of_object() {
    let (stats, _) = run("stats", "stats");
    let lists = number(&stats, "object_locks.list");
    assert!((400..1000).contains(&lists), "400 appends, and what start-up does: {lists}");
    assert!(number(&stats, "object_locks") >= lists);
    let locks = number(&stats, "lock_acquisitions");
    assert!((200..400).contains(&locks), "200 acquisitions, and those of threading: {locks}");
    assert!(number(&stats, "intern_table_locks") > 0 && number(&stats, "thread_list_locks") > 0);
    assert!(!stats.contains("lock_moves"), "lines are not watched");
}

#[test]
fn the_report_names_what_both_threads_locked() {
    let (report, _) = run("contention", "contention");
    let row = |what: &str| -> Vec<u64> {
        let line = report.lines().find(|line| line.ends_with(what));
        let line = line.unwrap_or_else(|| panic!("no line for {what}:\n{report}"));
        line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
    };
    // Waits, moves, locks. The second thread's first append finds the first thread's, and no other does. Growing may lock again.
    for (what, least) in
        [("list: __main__.items", 100), ("lock: __main__.lock", 100), ("<string>:8  (list)", 200)]
    {
        // The milliseconds of the waits come second and have a point.
        let [waits, moves, locks] = row(what)[..] else { panic!("three numbers for {what}:\n{report}") };
        assert_eq!((waits, moves), (0, 1), "{what}:\n{report}");
        assert!((least..least + 20).contains(&locks), "{what}:\n{report}");
    }
    assert!(!report.contains("<string>:9 "), "lists of their own meet nobody:\n{report}");
}
