# exit: 1
# stderr: last
class C:
    x = [y := 1 for _ in z]
