# exit: 1
# sys.exit('text') prints the text to stderr and exits with 1.
import sys
print('before')
sys.exit('the message')
