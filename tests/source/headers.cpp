// headers.cpp: nothing; the headers that the test programs share are compiled beforehand with it (tests/CMakeLists.txt).
