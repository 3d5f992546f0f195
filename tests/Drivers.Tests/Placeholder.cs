namespace Dialer.Tests;
