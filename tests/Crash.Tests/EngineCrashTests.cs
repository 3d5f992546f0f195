using Dialer.Silo.Storage;

namespace Dialer.Tests;

/// <summary>A class an engine, so that both run side by side.</summary>
public sealed class SqliteCrashTests(Engines engines, ITestOutputHelper output) : CrashTests(engines, output, StorageEngine.Sqlite);

/// <inheritdoc cref="SqliteCrashTests"/>
public sealed class PostgreSqlCrashTests(Engines engines, ITestOutputHelper output) : CrashTests(engines, output, StorageEngine.PostgreSql);
