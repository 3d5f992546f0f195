namespace Dialer.Silo.Storage.GroupCommit;

/// <summary>A value in the batch cannot be stored: the transaction was certainly rolled back, and would be again.</summary>
internal sealed class BatchRefusedException(Exception cause) : Exception("A value of the batch cannot be stored.", cause);
