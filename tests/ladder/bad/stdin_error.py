# run: -
# exit: 1
# stdin: print('ok')\nundefined_name\n
