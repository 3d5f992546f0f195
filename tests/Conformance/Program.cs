using Dialer.Conformance;

return await Suite.RunAsync(args);
