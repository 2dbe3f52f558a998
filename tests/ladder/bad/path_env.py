# env: PYTHONPATH=folder/inner
# run: -c 'import pathmod'
