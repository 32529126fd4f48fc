package small

import "testing"

func TestSmall(t *testing.T) {}
