# Statements at module level.
x = 1
if x:
    y = 2
else:
    y = 3
for i in range(2):
    y += i
while x < 2:
    x += 1
del i
