# A comprehension that raises.
# differs: monitoring LINE f -- CPython restores the loop variable in a handler
# differs: monitoring RERAISE f -- CPython restores the loop variable in a handler
# differs: monitoring EXCEPTION_HANDLED f -- CPython restores the loop variable in a handler
# differs: settrace line f -- CPython restores the loop variable in a handler
def f():
    try:
        return [1 // x for x in (1, 0)]
    except ZeroDivisionError:
        return "zero"


f()
