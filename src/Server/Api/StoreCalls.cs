using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Asks something of the store: what it fails with becomes a problem that says how the store is.</summary>
internal sealed class StoreCalls(DataDirectory data)
{
    /// <param name="run">The run that it is about; null for none.</param>
    /// <param name="call">Asks.</param>
    public async Task<(T?, Problem?)> Try<T>(string? run, Func<Task<(T?, Problem?)>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is DbException or DbUpdateException or IOException)
        {
            return (null, Problems.Of(StatusCodes.Status503ServiceUnavailable, StoreFaults.Message(StoreFaults.StateAfter(e), data.Path), run));
        }
        catch (JsonException)
        {
            return (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, Message.Of(EdgeCodes.Unreadable, ("run", Problems.Short(run))), run));
        }
    }
}
