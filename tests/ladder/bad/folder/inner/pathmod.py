print('found through PYTHONPATH as', __name__)
