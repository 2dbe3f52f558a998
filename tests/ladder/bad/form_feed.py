# A form feed between statements, tabs and odd blank lines are fine.

x = 1
	
if x:
	print("tab indented")
	if x:
		print("twice")
print("end");
