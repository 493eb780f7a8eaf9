"""Order the stages and decide nothing: gather, read, evaluate, courier."""
