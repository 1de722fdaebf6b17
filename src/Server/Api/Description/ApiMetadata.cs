using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api.Description;

/// <summary>The body that an operation reads by itself.</summary>
/// <param name="Type">What it holds.</param>
/// <param name="Media">Its media type.</param>
/// <param name="Example">A body that would do: JSON, or text.</param>
internal sealed record ApiBody(Type Type, string Media, string Example);

/// <summary>A member that the answer has beside those of its type.</summary>
internal sealed record ApiExtra(string Name, Type Type, string Text);

/// <summary>A whole number that the answer has in a header.</summary>
internal sealed record ApiHeader(string Name, string Text);

internal static class ApiMetadata
{
    /// <summary>Statuses that any request may be refused with: a host name that is not known, a foreign page, another method.</summary>
    private static readonly int[] Always = [StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status405MethodNotAllowed];

    /// <summary>The statuses with which an operation refuses, each with problem details.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder operation, params int[] statuses)
    {
        foreach (int status in statuses.Union(Always).Order())
            operation.Produces<Problem>(status, Problems.MediaType);
        return operation;
    }
}
