using System.Buffers.Binary;
using CsCheck;
using ReuseAddrDashboard.Agent.Kernel;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>Answers of sock_diag, whole and broken. The long form is the benchmarks' fuzz.</summary>
public sealed class NetlinkPropertyTests
{
    private static readonly Gen<byte[]> Body = Gen.Byte.Array[0, 100];

    private static readonly Gen<byte[]> Datagram = Gen.Select(
        Gen.Select(Body, Gen.UShort).Array[0, 4],
        Gen.Int[-40, 40],
        Gen.Byte.Array[0, 30],
        (messages, wrong, tail) =>
        {
            var octets = new List<byte>();
            foreach ((byte[] body, ushort type) in messages)
            {
                byte[] header = new byte[16];
                BinaryPrimitives.WriteInt32LittleEndian(header, 16 + body.Length + (wrong > 20 ? wrong : 0));
                BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), type);
                octets.AddRange([.. header, .. body, .. new byte[-body.Length & 3]]);
            }
            return (byte[])[.. octets, .. tail];
        }
    );

    [Fact]
    public void Any_datagram_comes_to_an_end_and_no_message_is_larger_than_it() =>
        Datagram.Sample(
            datagram =>
            {
                ReadOnlySpan<byte> rest = datagram;
                int octets = 0;
                while (NetlinkReader.NextMessage(ref rest, out NetlinkReader.Message message))
                {
                    octets += 16 + message.Body.Length;
                    _ = DiagSocket.TryRead(message.Body, out _);
                    _ = message.Attribute(3);
                    _ = (message.Error, message.Index);
                }
                return octets <= datagram.Length;
            },
            iter: 20_000
        );

    [Fact]
    public void Messages_come_one_by_one_with_their_type_and_body() =>
        Gen.Select(Body, Gen.UShort)
            .Array[1, 5]
            .Sample(messages =>
            {
                var octets = new List<byte>();
                foreach ((byte[] body, ushort type) in messages)
                {
                    byte[] header = new byte[16];
                    BinaryPrimitives.WriteInt32LittleEndian(header, 16 + body.Length);
                    BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), type);
                    octets.AddRange([.. header, .. body, .. new byte[-body.Length & 3]]);
                }
                ReadOnlySpan<byte> rest = octets.ToArray();
                foreach ((byte[] body, ushort type) in messages)
                {
                    if (!NetlinkReader.NextMessage(ref rest, out NetlinkReader.Message message) || message.Type != type || !message.Body.SequenceEqual(body))
                        return false;
                }
                return rest.IsEmpty;
            });
}
