"""A small newsroom on this machine: invented outlets that publish over real HTTP while one watches."""
