// GoogleTest, for the standard library that this directory is compiled with.
#include <src/gtest-all.cc>
#include <src/gtest_main.cc>
