//! The embedding API, as a user would write it.

use weft::Vm;

#[test]
fn code_runs_values_come_back_and_errors_are_reports() {
    let vm = Vm::builder().build().expect("a VM");
    vm.exec("x = 6 * 7").expect("runs");
    assert_eq!(vm.eval_to_string("x").as_deref(), Ok("42"));
    let e = vm.exec("def f():\n    return 1 / 0\nf()\n").expect_err("raises");
    assert!(e.report().starts_with("Traceback (most recent call last):\n"), "{e}");
    assert!(e.report().ends_with("ZeroDivisionError: division by zero\n"), "{e}");
    let e = vm.exec("x = = 1").expect_err("is no program");
    assert!(e.report().contains("SyntaxError"), "{e}");
    assert_eq!(vm.finish(Ok(())), 0);
}
