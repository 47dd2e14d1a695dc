-- Something harmless.
SELECT thing FROM things
