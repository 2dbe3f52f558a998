# Nested finally.
def f():
    try:
        try:
            x = 1
        finally:
            x = 2
    finally:
        x = 3
    return x


f()
