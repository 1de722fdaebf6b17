namespace ReuseAddrDashboard.Agent.Matrix;

/// <summary>Why a cell could not be tried; the sentences are in Core/Texts/LANGUAGE/matrix.json.</summary>
internal static class MatrixCodes
{
    public const string CallFailed = "matrix.untried.call",
        OtherState = "matrix.untried.state",
        NoPort = "matrix.untried.no-port",
        NoTables = "matrix.untried.no-tables";
}
