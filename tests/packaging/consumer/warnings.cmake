# What a strict consumer compiles with.
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
