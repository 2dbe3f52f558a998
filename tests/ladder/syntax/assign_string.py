# exit: 1
'a' = x
