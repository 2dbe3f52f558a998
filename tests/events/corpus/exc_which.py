# Which of several handlers.
def f(kind):
    try:
        raise kind
    except KeyError:
        return 1
    except (ValueError, TypeError):
        return 2
    except Exception:
        return 3


f(KeyError)
f(TypeError)
f(OSError)
