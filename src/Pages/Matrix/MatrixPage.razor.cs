using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Shell;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Pages.Matrix;

/// <summary>What the kernel of the lab's host does when a port is bound again, cell by cell.</summary>
public sealed partial class MatrixPage : ComponentBase, IDisposable
{
    /// <summary>Cells that a list names at most; its head has their number.</summary>
    private const int Shown = 12;

    private readonly CancellationTokenSource _left = new();
    private readonly Dictionary<MatrixCell, MatrixResult> _results = [];
    private readonly List<OtherKernel> _others = [];
    private IReadOnlyList<ShippedKernel> _shipped = [];
    private MatrixLibrary _library = null!;
    private LabState? _state;
    private LinkStatus _link;
    private MatrixHost? _host;
    private DateTimeOffset _at;
    private Message? _refusal,
        _trouble,
        _fault;
    private OtherKernel? _opened;
    private CellAddress _first,
        _second;
    private string? _server;
    private long _number;
    private int _files;
    private bool _asking,
        _fetching,
        _stopping;

    [Inject]
    private PageTexts T { get; set; } = null!;

    [Inject]
    private LabStore Store { get; set; } = null!;

    [Inject]
    private ILabCommands Orders { get; set; } = null!;

    [Inject]
    private PageAddress Links { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private HttpClient Http { get; set; } = null!;

    /// <summary>Where the first socket is bound: <c>v4</c>, <c>v6</c>, <c>dual</c> or <c>mapped</c>; IPv4 for anything else.</summary>
    [SupplyParameterFromQuery]
    public string? First { get; set; }

    /// <summary>The same of the second; that of the first where it is left out.</summary>
    [SupplyParameterFromQuery]
    public string? Second { get; set; }

    private MatrixProgress? Progress => _state?.Matrix;

    private bool Busy => Progress is { Busy: true };

    private bool Live => _link == LinkStatus.Live;

    private string PortHost => Progress?.Host ?? _state?.Hosts.LastOrDefault()?.Name ?? "";

    private bool MayTry => Live && !Busy && !_asking;

    private IEnumerable<Message> Troubles => new[] { _refusal, _trouble, _fault }.OfType<Message>();

    private IReadOnlyList<MatrixResult> Mismatches { get; set; } = [];

    private IReadOnlyList<(OtherKernel Other, MatrixComparison Comparison)> Comparisons { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _library = new(Http, LabAddress.Lab(Navigation.Uri) is { Length: > 0 } lab ? lab : Store.State?.Id ?? "local");
        Store.Changed += Changed;
        (_state, _link) = (Store.State, Store.Link);
        _ = Fetch();
        _ = LoadKernels();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        _first = MatrixCell.TryParseAddress(First, out CellAddress first) ? first : CellAddress.V4;
        _second = MatrixCell.TryParseAddress(Second, out CellAddress second) ? second : _first;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Store.Changed -= Changed;
        _left.Cancel();
        _left.Dispose();
    }

    private void Changed()
    {
        if (_link == Store.Link && _state?.Matrix == Store.State?.Matrix && _state?.Server == Store.State?.Server)
            return;
        (_state, _link) = (Store.State, Store.Link);
        _ = InvokeAsync(async () =>
        {
            StateHasChanged();
            await Fetch();
        });
    }

    // The lab says how far it is; what came since is fetched, one request at a time.
    private async Task Fetch()
    {
        if (_fetching || _left.IsCancellationRequested)
            return;
        _fetching = true;
        try
        {
            while (_state is { Matrix: { } progress } state && (state.Server != _server || progress.Number > _number))
            {
                (MatrixView? view, _trouble) = await _library.Results(state.Server == _server ? _number : 0, _left.Token);
                if (view is null)
                    break;
                (_server, _number) = (state.Server, view.Number);
                Take(view);
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        finally
        {
            _fetching = false;
        }
    }

    private void Take(MatrixView view)
    {
        if (view.Whole)
            _results.Clear();
        if (view.File is not { } file)
            return;
        (_host, _at) = (file.Host, file.At);
        foreach (MatrixResult result in file.Results)
            _results[result.Cell] = result;
        Count();
    }

    private void Count()
    {
        Mismatches = [.. MatrixCell.All.Select(c => _results.GetValueOrDefault(c)).OfType<MatrixResult>().Where(r => r.IsMismatch)];
        Comparisons = _results.Count == 0 ? [] : [.. _others.Select(o => (o, MatrixComparison.Of(_results.Values, o.File.Results)))];
    }

    private async Task LoadKernels()
    {
        try
        {
            _shipped = await _library.Kernels(_left.Token);
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    private async Task Try(TryCells command)
    {
        (_asking, _refusal) = (true, null);
        try
        {
            _refusal = (await Orders.Ask(command)).Refusal;
        }
        finally
        {
            _asking = false;
        }
    }

    private async Task Stop()
    {
        _stopping = true;
        try
        {
            _refusal = (await Orders.Ask(new StopCells())).Refusal;
        }
        finally
        {
            _stopping = false;
        }
    }

    private async Task Compare(ShippedKernel kernel, bool on)
    {
        if (!on)
        {
            _others.RemoveAll(o => o.Id == kernel.Id);
            Count();
            return;
        }
        (MatrixFile? file, _trouble) = await _library.Kernel(kernel.Id, _left.Token);
        if (file is not null)
            Compare(new OtherKernel(kernel.Id, OtherKernel.NameOf(file.Host.Kernel), file), true);
    }

    private void Compare(OtherKernel other, bool on)
    {
        _others.RemoveAll(o => o.Id == other.Id);
        if (on)
            _others.Add(other);
        Count();
    }

    // A file of anybody's: nothing of it leaves this page.
    private async Task OpenFile(InputFileChangeEventArgs chosen)
    {
        _fault = null;
        try
        {
            using var octets = new MemoryStream();
            if (chosen.File.Size <= MatrixFile.MaxOctets)
            {
                await using Stream stream = chosen.File.OpenReadStream(MatrixFile.MaxOctets, _left.Token);
                await stream.CopyToAsync(octets, _left.Token);
            }
            MatrixFile? file = MatrixFile.Read(chosen.File.Size > MatrixFile.MaxOctets ? new byte[MatrixFile.MaxOctets + 1] : octets.ToArray(), out _fault);
            if (file is not null)
            {
                _others.RemoveAll(o => o.Id == _opened?.Id);
                Compare(_opened = new OtherKernel($"file-{++_files}", OtherKernel.NameOf(file.Host.Kernel), file), true);
            }
        }
        catch (Exception e) when (e is IOException or JSException)
        {
            _fault = new("matrix.file-broken");
        }
    }

    private void Forget(Message trouble)
    {
        if (trouble == _refusal)
            _refusal = null;
        else if (trouble == _trouble)
            _trouble = null;
        else
            _fault = null;
    }

    private void Go(CellAddress first, CellAddress second) => Navigation.NavigateTo(AddressOf(first, second));

    private string AddressOf(CellAddress first, CellAddress second) => Links.To($"matrix?first={MatrixCell.Name(first)}&second={MatrixCell.Name(second)}");

    private string Named(MatrixCell cell) =>
        T[
            "matrix.page.named",
            ("left", T[$"matrix.left.{MatrixCell.Name(cell.Left)}"]),
            ("first", MatrixWords.Address(cell.First)),
            ("mine", MatrixWords.Head(cell.FirstOptions, T)),
            ("second", MatrixWords.Address(cell.Second)),
            ("its", MatrixWords.Head(cell.SecondOptions, T))
        ];

    private string Quirk(MatrixResult wrong) =>
        _host is { } host && MatrixRule.Quirk(host.Kernel, wrong.Cell, wrong.Kernel!.Value) is { } quirk ? T[$"verdict.quirk.{quirk.Id}"] : "";

    private string FileName(string end) => $"matrix-{_host?.Kernel}.{end}";

    private static string Date(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
