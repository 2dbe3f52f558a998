//! The weft command (thin first form).
fn main() {
    let file = std::env::args().nth(1).unwrap_or_default();
    let mut config = vm_python::Config::default();
    config.argv = std::env::args().skip(1).collect();
    if let Some(d) = std::path::Path::new(&file).parent() {
        config.path = vec![d.display().to_string()];
    }
    let vm = match vm_python::Vm::boot(config, |vm| vm_modules::register(vm)) {
        Ok(vm) => vm,
        Err(e) => { eprintln!("{e}"); std::process::exit(1) }
    };
    let run = || -> vm_python::PyResult { 
        let code = vm.compile_file(&file)?;
        let ns = vm.main_namespace(Some(&file), "")?;
        vm.exec_code(code, ns, ns.value())
    };
    let r = run();
    let status = match r { Ok(_) => 0, Err(e) => { vm.print_uncaught(e); 1 } };
    let _ = vm.getattr_str(vm_python::Value::NONE, "x");
    std::process::exit(status);
}
