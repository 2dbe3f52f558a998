# Implicitly joined and triple-quoted strings.
def f():
    a = (
        "one"
        "two"
    )
    b = """three
four"""
    return a + b


f()
