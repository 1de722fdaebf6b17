using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs.Activities;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// What the kernel of the port's host did in the cells that were tried on it, and the trial that goes on. Kept as long as the lab is; a host that boots another
/// kernel begins anew.
/// </summary>
internal sealed class LabMatrix(Lab lab)
{
    private readonly Dictionary<MatrixCell, (long Number, MatrixResult Result)> _results = [];
    private readonly List<Action> _ended = [];
    private TryingCells? _trial;
    private MatrixHost? _host;
    private DateTimeOffset _at;
    private Message? _problem;
    private int _asked,
        _done,
        _left;
    private long _number,
        _begun;

    /// <summary>True while a trial goes on.</summary>
    public bool Busy => _trial is not null;

    /// <summary>How far it is; null while no cell was ever tried.</summary>
    public MatrixProgress? Progress =>
        _trial is null && _host is null && _problem is null
            ? null
            : new(_number, lab.Setup.PortHost, _results.Count, _trial is null ? 0 : _asked, _trial is null ? 0 : _done, _problem, _left);

    /// <summary>The results that came after a number.</summary>
    public MatrixView View(long since)
    {
        bool whole = since < _begun || since > _number || since == 0;
        MatrixResult[] results = [.. _results.Values.Where(r => whole || r.Number > since).OrderBy(r => r.Number).Select(r => r.Result)];
        return new(
            _number,
            _host is null
                ? null
                : new()
                {
                    Format = MatrixFile.CurrentFormat,
                    At = _at,
                    Host = _host,
                    Results = results,
                },
            whole
        );
    }

    /// <summary>Begins a trial; none goes on.</summary>
    /// <param name="cells">Which cells, each once.</param>
    public void Begin(IReadOnlyList<MatrixCell> cells)
    {
        (_asked, _done, _left, _problem) = (cells.Count, 0, 0, null);
        var trial = _trial = new TryingCells(lab, lab.Seat(lab.Setup.PortHost), cells, Took);
        lab.Changed();
        trial.Begin(() =>
        {
            _trial = null;
            _problem = trial.Problem ?? (_done < _asked ? Message.Of(LabRefusals.CellsStopped, ("done", _done), ("asked", _asked)) : null);
            lab.Changed();
            Action[] ended = [.. _ended];
            _ended.Clear();
            foreach (Action then in ended)
                then();
        });
    }

    /// <summary>Calls back when no trial goes on: at once where none does.</summary>
    /// <param name="then">Told then.</param>
    public void WhenIdle(Action then)
    {
        if (_trial is null)
            then();
        else
            _ended.Add(then);
    }

    /// <summary>What kept the last trial from its end; null for nothing.</summary>
    public Message? Problem => _problem;

    /// <summary>Stops the trial that goes on.</summary>
    public void Stop() => _trial?.Stop();

    /// <summary>An agent told of cells.</summary>
    public void Told(AgentSeat seat, AgentItem item) => _trial?.Told(seat, item);

    private void Took(MatrixPart part)
    {
        if (part.Host is { } host)
        {
            // What another kernel did says nothing of this one, and what one did under other settings would stand under these.
            if (_host is { } before && !before.IsLike(host))
            {
                _results.Clear();
                _begun = ++_number;
            }
            _host = host;
        }
        foreach (MatrixResult result in part.Results)
            _results[result.Cell] = (++_number, result);
        (_at, _left, _done) = (lab.Moment.Wall, part.LeftInTimeWait, _done + part.Results.Count);
        lab.Changed();
    }
}
