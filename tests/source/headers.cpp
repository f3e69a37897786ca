// headers.cpp: the headers that the test programs share are compiled beforehand, as those of this one (tests/CMakeLists.txt).
int main() {}
