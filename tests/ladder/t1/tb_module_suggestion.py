# exit: 1
# stderr: last
# A forgotten import.
print(math.pi)
