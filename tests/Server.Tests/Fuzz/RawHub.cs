using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace ReuseAddrDashboard.Server.Tests.Fuzz;

/// <summary>A connection to a hub by which anything may be sent.</summary>
internal sealed class RawHub : IAsyncDisposable
{
    public const string Handshake = """{"protocol":"json","version":1}""";

    private const byte End = 0x1e;

    private const int FirstType = 1,
        LastType = 7;

    private const string Last = "last";

    // What a hub says on purpose is a HubException's; what SignalR says of a message that it cannot read is the sender's fault.
    private const string Failed = "An unexpected error occurred invoking",
        OnPurpose = "HubException";

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _sent = [];
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private long _taken,
        _refused;

    /// <summary>Answers that say that the hub itself failed.</summary>
    public List<string> Failures { get; } = [];

    public static async Task<RawHub> Open(string url, string authorization)
    {
        var hub = new RawHub();
        hub._socket.Options.SetRequestHeader("Authorization", authorization);
        await hub._socket.ConnectAsync(new(url.Replace("http://", "ws://", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        hub._reading = Task.Run(hub.Read);
        return hub;
    }

    public async Task Send(byte[] message)
    {
        if (IsOfUnknownType(message))
            return;
        _sent.Add(Encoding.UTF8.GetString(message.AsSpan(0, Math.Min(message.Length, 2000))));
        try
        {
            await _socket.SendAsync(new ArraySegment<byte>([.. message, End]), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is WebSocketException || e is OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // It was closed for what it sent before.
        }
    }

    /// <summary>
    /// Waits until everything was answered or the hub has closed the connection, and counts the answers: to calls that were done, and to others.
    /// </summary>
    /// <param name="last">A method of the hub, called with nothing: calls are answered in turn.</param>
    public async Task<(long Taken, long Refused)> Answers(string last)
    {
        await Send(Encoding.UTF8.GetBytes($$"""{"type":1,"invocationId":"{{Last}}","target":"{{last}}","arguments":[null]}"""));
        await Task.WhenAny(_end.Task, _reading, Task.Delay(Quiet, TestContext.Current.CancellationToken));
        Assert.True(
            _end.Task.IsCompleted || _reading.IsCompleted,
            $"Something of this was not answered, after {_taken} calls that were done and {_refused} that were refused:\n{string.Join('\n', _sent)}"
        );
        return (_taken, _refused);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    // SignalR keeps such a message as one that has not come whole and reads no further, for as long as the connection lasts: nothing after it would be looked
    // at.
    private static bool IsOfUnknownType(byte[] message)
    {
        try
        {
            // What follows the first value SignalR does not look at.
            var reader = new Utf8JsonReader(message, isFinalBlock: false, default);
            return JsonDocument.TryParseValue(ref reader, out JsonDocument? document)
                && document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("type", out JsonElement type)
                && type.ValueKind == JsonValueKind.Number
                && type.TryGetInt32(out int number)
                && number is < FirstType or > LastType;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task Read()
    {
        var buffer = new List<byte>();
        byte[] piece = new byte[64 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(piece, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } got)
            {
                buffer.AddRange(piece.AsSpan(0, got.Count));
                for (int end; (end = buffer.IndexOf(End)) >= 0; buffer.RemoveRange(0, end + 1))
                    Take(Encoding.UTF8.GetString([.. buffer.Take(end)]));
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It was cut off.
        }
    }

    private void Take(string message)
    {
        // Completions: {"type":3,"invocationId":"1","result":...} or "error".
        if (!message.StartsWith("""{"type":3""", StringComparison.Ordinal))
            return;
        using JsonDocument answer = JsonDocument.Parse(message);
        if (answer.RootElement.GetProperty("invocationId").ValueEquals(Last))
            _end.TrySetResult();
        else if (!answer.RootElement.TryGetProperty("error", out JsonElement error))
            _taken++;
        else if (error.GetString() is { } text && text.Contains(Failed, StringComparison.Ordinal) && !text.Contains(OnPurpose, StringComparison.Ordinal))
            Failures.Add(text);
        else
            _refused++;
    }
}
