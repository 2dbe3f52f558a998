# run: -m runme x y
