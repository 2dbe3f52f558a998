//! `sys.monitoring`.

use vm_compiler::opcodes::event;

use super::{EVENT_NAMES, PYTHON_TOOLS};
use crate::{
    error::PyResult,
    native::FunctionDef,
    object::{code::Code, gc::Gc, module::Module, str::Str},
    value::Value,
    vm::Vm,
};

const WITH_CALLS: i64 = 1 << event::C_RETURN | 1 << event::C_RAISE;
const BRANCHES: i64 = 1 << event::BRANCH_LEFT | 1 << event::BRANCH_RIGHT;

/// Makes `sys.monitoring`.
pub(crate) fn add_to_sys(vm: &Vm, sys: Gc<Module>) -> PyResult<()> {
    let m = vm.new_module("sys.monitoring")?;
    vm.add_functions(m, FUNCTIONS)?;
    for (root, name) in [(&vm.monitoring().disable, "DISABLE"), (&vm.monitoring().missing, "MISSING")] {
        root.set(Value::from_ptr(vm.alloc_instance_of(vm.types().object)?));
        vm.add_value(m, name, root.get())?;
    }
    for (name, tool) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        vm.add_value(m, name, Value::small_int(tool))?;
    }
    let events = vm.new_namespace(&[("NO_EVENTS", Value::small_int(0))])?;
    for (number, name) in (0..).zip(EVENT_NAMES) {
        vm.setattr(events, vm.intern(name)?, Some(Value::small_int(1 << number)))?;
    }
    vm.add_value(m, "events", events)?;
    vm.add_value(sys, "monitoring", m.value())
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("use_tool_id", |vm, args| {
        let [tool, name] = args.exact::<2>(vm, "use_tool_id")?;
        let tool = tool_arg(vm, tool)?;
        if !name.is::<Str>() {
            return Err(vm.value_error("tool name must be a str"));
        }
        let root = &vm.monitoring().names[usize::from(tool)];
        if root.0.cas(Value::UNBOUND.bits(), name.bits()).is_err() {
            return Err(vm.value_error(format!("tool {tool} is already in use")));
        }
        Ok(Value::NONE)
    }),
    FunctionDef::new("clear_tool_id", |vm, args| {
        let [tool] = args.exact::<1>(vm, "clear_tool_id")?;
        let tool = tool_arg(vm, tool)?;
        if name_of(vm, tool).is_some() {
            vm.clear_monitor_tool(tool);
        }
        Ok(Value::NONE)
    }),
    FunctionDef::new("free_tool_id", |vm, args| {
        let [tool] = args.exact::<1>(vm, "free_tool_id")?;
        let tool = tool_arg(vm, tool)?;
        if name_of(vm, tool).is_some() {
            vm.clear_monitor_tool(tool);
        }
        vm.monitoring().names[usize::from(tool)].set(Value::UNBOUND);
        Ok(Value::NONE)
    }),
    FunctionDef::new("get_tool", |vm, args| {
        let [tool] = args.exact::<1>(vm, "get_tool")?;
        let tool = tool_arg(vm, tool)?;
        Ok(name_of(vm, tool).unwrap_or(Value::NONE))
    }),
    FunctionDef::new("register_callback", |vm, args| {
        let [tool, events, callback] = args.exact::<3>(vm, "register_callback")?;
        let tool = tool_arg(vm, tool)?;
        let events = vm.index_i64(events)?;
        if events.count_ones() != 1 {
            return Err(vm.value_error("The callback can only be set for one event at a time"));
        }
        let number = events.trailing_zeros() as u8;
        if number >= event::COUNT {
            return Err(vm.value_error(format!("invalid event {events}")));
        }
        let callback = if callback.is_none() { Value::UNBOUND } else { callback };
        let old = vm.set_monitor_callback(tool, number, callback);
        if number == event::BRANCH {
            // Kept for tools written for 3.13: both sides call it.
            for side in [event::BRANCH_LEFT, event::BRANCH_RIGHT] {
                vm.set_monitor_callback(tool, side, callback);
            }
        }
        Ok(old.bound().unwrap_or(Value::NONE))
    }),
    FunctionDef::new("get_events", |vm, args| {
        let [tool] = args.exact::<1>(vm, "get_events")?;
        let tool = tool_arg(vm, tool)?;
        Ok(Value::small_int(i64::from(vm.monitor_events(tool))))
    }),
    FunctionDef::new("set_events", |vm, args| {
        let [tool, events] = args.exact::<2>(vm, "set_events")?;
        let tool = tool_arg(vm, tool)?;
        let events = vm.index_i64(events)?;
        if !(0..1 << event::COUNT).contains(&events) {
            return Err(vm.value_error(format!("invalid event set 0x{:x}", events as u32)));
        }
        let events = plain_set(vm, events)?;
        in_use(vm, tool)?;
        vm.set_monitor_events(tool, events as u32)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("get_local_events", |vm, args| {
        let [tool, code] = args.exact::<2>(vm, "get_local_events")?;
        let code = code_arg(vm, code)?;
        let tool = tool_arg(vm, tool)?;
        Ok(Value::small_int(i64::from(vm.monitor_local_events(tool, code))))
    }),
    FunctionDef::new("set_local_events", |vm, args| {
        let [tool, code, events] = args.exact::<3>(vm, "set_local_events")?;
        let code = code_arg(vm, code)?;
        let tool = tool_arg(vm, tool)?;
        let events = plain_set(vm, vm.index_i64(events)?)?;
        if !(0..1 << event::LOCAL_EVENTS).contains(&events) {
            return Err(vm.value_error(format!("invalid local event set 0x{:x}", events as u32)));
        }
        in_use(vm, tool)?;
        vm.set_monitor_local_events(tool, code, events as u32)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("restart_events", |vm, args| {
        args.exact::<0>(vm, "restart_events")?;
        vm.restart_monitor_events()?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("_all_events", |vm, args| {
        args.exact::<0>(vm, "_all_events")?;
        let d = vm.new_dict()?;
        let monitors = vm.monitoring().instruments.monitors();
        for (number, name) in (0..event::UNGROUPED).zip(EVENT_NAMES) {
            let tools = monitors.tools(number);
            if tools != 0 {
                d.set_str(vm, vm.intern(name)?, Value::small_int(i64::from(tools)))?;
            }
        }
        Ok(d.value())
    }),
];

/// An event set in terms of the events that the instrumentation knows.
fn plain_set(vm: &Vm, events: i64) -> PyResult<i64> {
    let all_calls = WITH_CALLS | 1 << event::CALL;
    if events & WITH_CALLS != 0 && events & all_calls != all_calls {
        return Err(vm.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    let mut plain = events & !WITH_CALLS;
    if plain & 1 << event::BRANCH != 0 {
        plain = plain & !(1 << event::BRANCH) | BRANCHES;
    }
    Ok(plain)
}

fn name_of(vm: &Vm, tool: u8) -> Option<Value> {
    vm.monitoring().names[usize::from(tool)].get().bound()
}

fn tool_arg(vm: &Vm, tool: Value) -> PyResult<u8> {
    let n = vm.index_i64(tool)?;
    match u8::try_from(n) {
        Ok(n) if n < PYTHON_TOOLS => Ok(n),
        _ => Err(vm.value_error(format!("invalid tool {n} (must be between 0 and 5)"))),
    }
}

fn in_use(vm: &Vm, tool: u8) -> PyResult<()> {
    match name_of(vm, tool) {
        Some(_) => Ok(()),
        None => Err(vm.value_error(format!("tool {tool} is not in use"))),
    }
}

fn code_arg(vm: &Vm, code: Value) -> PyResult<Gc<Code>> {
    code.downcast::<Code>().ok_or_else(|| vm.type_error("code must be a code object"))
}
