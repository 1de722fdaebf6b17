using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>The system calls an agent makes; JSON has C's names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SocketCall>))]
public enum SocketCall : byte
{
    /// <summary>socket(2).</summary>
    [JsonStringEnumMemberName("socket")]
    Socket,

    /// <summary>setsockopt(2).</summary>
    [JsonStringEnumMemberName("setsockopt")]
    SetSockOpt,

    /// <summary>getsockopt(2).</summary>
    [JsonStringEnumMemberName("getsockopt")]
    GetSockOpt,

    /// <summary>bind(2).</summary>
    [JsonStringEnumMemberName("bind")]
    Bind,

    /// <summary>listen(2).</summary>
    [JsonStringEnumMemberName("listen")]
    Listen,

    /// <summary>accept4(2).</summary>
    [JsonStringEnumMemberName("accept4")]
    Accept4,

    /// <summary>connect(2).</summary>
    [JsonStringEnumMemberName("connect")]
    Connect,

    /// <summary>read(2).</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>write(2).</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    /// <summary>recv(2).</summary>
    [JsonStringEnumMemberName("recv")]
    Recv,

    /// <summary>send(2).</summary>
    [JsonStringEnumMemberName("send")]
    Send,

    /// <summary>shutdown(2).</summary>
    [JsonStringEnumMemberName("shutdown")]
    Shutdown,

    /// <summary>close(2).</summary>
    [JsonStringEnumMemberName("close")]
    Close,

    /// <summary>getsockname(2).</summary>
    [JsonStringEnumMemberName("getsockname")]
    GetSockName,
}

/// <summary>C's spelling of the calls.</summary>
public static class SocketCallNames
{
    /// <summary>The call in C's spelling.</summary>
    public static string Name(this SocketCall call) => call.ToString().ToLowerInvariant();
}
