namespace ReuseAddrDashboard.Agent.Link;

/// <summary>What an event came of.</summary>
/// <param name="Run">The run that it belongs to; null for what the agent saw by itself.</param>
/// <param name="Order">The order that caused it; null for none.</param>
internal readonly record struct Cause(string? Run, long? Order);
