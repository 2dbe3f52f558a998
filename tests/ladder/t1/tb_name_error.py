# exit: 1
# stderr: last
# A name that is like a known one.
value = 1
print(valu)
