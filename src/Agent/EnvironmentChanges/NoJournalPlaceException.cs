using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>There is no directory that this user alone may write.</summary>
internal sealed class NoJournalPlaceException() : IOException(TextCatalog.English[AgentCodes.NoJournalPlace]);
