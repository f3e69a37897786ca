// precompiled.cpp: the templates that precompiled.hpp declares.
#define SUPPORT_TEMPLATE template
#include "precompiled.hpp"
