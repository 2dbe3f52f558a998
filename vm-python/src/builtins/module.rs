//! `module`.

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        gc::Gc,
        kind::Kind,
        module::Module,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// `module`
pub static DEF: TypeDef = TypeDef {
    name: "module",
    doc: "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    kind: Kind::Module,
    size: size_of::<Module>(),
    flags: type_flags::BASETYPE | type_flags::WEAKREF,
    slots: TypeSlots {
        repr: Some(repr),
        getattr: Some(getattr),
        setattr: Some(setattr),
        new: Some(new),
        init: Some(init),
        ..NO_SLOTS
    },
    methods: &[MethodDef::new("__dir__", dir)],
    getset: &[GetSetDef::read_only("__dict__", |vm, m| Ok(this(vm, m)?.namespace().value()))],
};

fn this(vm: &Vm, m: Value) -> PyResult<Gc<Module>> {
    m.downcast::<Module>().ok_or_else(|| vm.type_error("descriptor requires a 'module' object"))
}

fn new(vm: &Vm, class: Gc<Type>, _args: Args<'_>) -> PyResult {
    let dict = vm.new_dict()?;
    // SAFETY: a fresh cell of a class whose layout is Module (its slots were inherited from here).
    let m: Gc<Module> = unsafe { Gc::from_ptr(vm.alloc_instance_of(class)?.cast()) };
    m.dict.as_slot().init(dict.value());
    Ok(m.value())
}

fn init(vm: &Vm, m: Value, args: Args<'_>) -> PyResult<()> {
    let [name, doc] = args.bind(vm, "module", ["name", "doc"], 1, 0, 2)?;
    if !name.is::<Str>() {
        return Err(
            vm.type_error(format!("module() argument 'name' must be str, not {}", vm.type_name(name)))
        );
    }
    let n = vm.names();
    let d = this(vm, m)?.namespace();
    d.set_str(vm, n.__name__, name)?;
    d.set_str(vm, n.__doc__, doc.bound().unwrap_or(Value::NONE))?;
    for k in [n.__package__, n.__loader__, n.__spec__] {
        d.set_str(vm, k, Value::NONE)?;
    }
    Ok(())
}

fn repr(vm: &Vm, m: Value) -> PyResult<Gc<Str>> {
    let d = this(vm, m)?.namespace();
    let n = vm.names();
    let name = match d.get_str(vm, n.__name__)? {
        Some(v) => vm.repr(v)?.to_str_lossy().into_owned(),
        None => "'?'".to_owned(),
    };
    vm.new_str(&match d.get_str(vm, n.__file__)? {
        Some(f) if !f.is_none() => format!("<module {name} from {}>", vm.repr(f)?.to_str_lossy()),
        _ if vm.is_native_module(&name[1..name.len() - 1]) => format!("<module {name} (built-in)>"),
        _ => format!("<module {name}>"),
    })
}

/// Attributes of the class that are data descriptors first, then the namespace, then the class, then `__getattr__`.
fn getattr(vm: &Vm, m: Value, name: Gc<Str>) -> PyResult {
    let module = this(vm, m)?;
    let class = vm.type_of(m);
    let found = vm.type_lookup(class, name);
    if let Some(f) = found
        && vm.type_of(f).slots().descr_set.is_some()
        && let Some(get) = vm.type_of(f).slots().descr_get
    {
        return get(vm, f, m, class.value());
    }
    if let Some(v) = module.namespace().get_str(vm, name)? {
        return Ok(v);
    }
    if let Some(f) = found {
        return match vm.type_of(f).slots().descr_get {
            Some(get) => get(vm, f, m, class.value()),
            None => Ok(f),
        };
    }
    missing(vm, module, name)
}

#[cold]
fn missing(vm: &Vm, module: Gc<Module>, name: Gc<Str>) -> PyResult {
    let n = vm.names();
    let d = module.namespace();
    if let Some(hook) = d.get_str(vm, n.__getattr__)? {
        return vm.call(hook, &[name.value()]);
    }
    let text = name.to_str_lossy();
    let message = match d.get_str(vm, n.__name__)?.and_then(|v| v.downcast::<Str>()) {
        Some(mod_name) => {
            let mod_name = mod_name.to_str_lossy();
            if vm.is_initializing(&mod_name) {
                match d.get_str(vm, n.__file__)?.and_then(|v| v.downcast::<Str>()) {
                    Some(file) => format!(
                        "partially initialized module '{mod_name}' from '{}' has no attribute '{text}' (most likely due to a circular import)",
                        file.to_str_lossy()
                    ),
                    None => format!(
                        "partially initialized module '{mod_name}' has no attribute '{text}' (most likely due to a circular import)"
                    ),
                }
            } else {
                format!("module '{mod_name}' has no attribute '{text}'")
            }
        }
        None => format!("module has no attribute '{text}'"),
    };
    Err(vm.attribute_error_for(module.value(), name, &message))
}

fn setattr(vm: &Vm, m: Value, name: Gc<Str>, v: Option<Value>) -> PyResult<()> {
    let module = this(vm, m)?;
    let class = vm.type_of(m);
    if let Some(f) = vm.type_lookup(class, name)
        && let Some(set) = vm.type_of(f).slots().descr_set
    {
        return set(vm, f, m, v);
    }
    match v {
        Some(v) => module.namespace().set_str(vm, name, v),
        None => match module.namespace().remove(vm, name.value())? {
            Some(_) => Ok(()),
            None => {
                let message = format!(
                    "'{}' object has no attribute '{}'",
                    class.name().to_str_lossy(),
                    name.to_str_lossy()
                );
                Err(vm.attribute_error_for(m, name, &message))
            }
        },
    }
}

fn dir(vm: &Vm, args: Args<'_>) -> PyResult {
    let (m, []) = args.method::<Module, 0>(vm, "__dir__")?;
    let d: Gc<Dict> = m.namespace();
    if let Some(hook) = d.get_str(vm, vm.names().__dir__)? {
        return vm.call(hook, &[]);
    }
    let keys = crate::object::items::RootVec::new(vm);
    let mut at = 0;
    while let Some((next, k, _)) = d.next_entry(at) {
        keys.push(k)?;
        at = next;
    }
    Ok(vm.new_list(keys.as_slice())?.value())
}
