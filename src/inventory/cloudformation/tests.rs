//! Small templates, read.
