# exit: 1
class C:
    x = [y := 1 for _ in z]
